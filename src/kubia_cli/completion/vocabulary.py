"""What each value on a line is, for the generated tree: which completer serves a flag and an argument.

Read by ``scripts/completion.py`` alone; a TAB reads the tree.
"""

from __future__ import annotations

#: The completer of a flag's value, by its long spelling; "VERB --flag" where verbs differ, "VERB WHEN --flag" where
#: its forms do. Others offer nothing.
FLAGS = {
    "--builder": "choices:auto,buildx,classic",
    "--container": "pod-containers",
    "--context": "contexts",
    "--docker-context": "docker-contexts",
    "--dry-run": "choices:none,client,server",
    "--env-file": "files",
    "--file": "files",
    "--image": "images",
    "--kind": "choices:deployment,rc,pod,job",
    "--kubeconfig": "files",
    "--namespace": "namespaces",
    "--network": "networks",
    "--on": "choices:docker,kubernetes",
    "--output": "choices:wide,name,json,yaml,jsonpath=",
    "--platform": "choices:linux/amd64,linux/arm64,linux/arm/v7",
    "--port": "ports",
    "--protocol": "choices:TCP,UDP,SCTP",
    "--replicas": "replicas",
    "--shell": "choices:bash,zsh,fish,powershell",
    "--target-port": "ports",
    "--type": "choices:ClusterIP,NodePort,LoadBalancer",
    "--volume": "directories",
    "delete --cascade": "choices:background,foreground,orphan",
    "run --image-pull-policy": "choices:Always,IfNotPresent,Never",
    "run --probe": "choices:tcp,http:/,none",
    "run --pull": "choices:missing,always,never",
    "run --restart": "choices:no,always,unless-stopped,on-failure",
    "run --image --restart": "choices:Always,OnFailure,Never",
}

#: The completers of a verb's arguments in their order; ``*`` marks one that may be repeated.
ARGUMENTS = {
    "build": ["directories"],
    "commit": ["containers", "images"],
    "completion": ["choices:bash,zsh,fish,powershell,install,uninstall"],
    "context": ["all-contexts"],
    "create": ["choices:deployment,namespace,configmap,secret"],
    "delete": ["*objects"],
    "describe": ["*objects"],
    "exec": ["place-of-a-program"],
    "expose": ["*exposable"],
    "get": ["*objects"],
    "images": ["images"],
    "inspect": ["*anything"],
    "pull": ["images"],
    "push": ["images"],
    "rm": ["*containers"],
    "run": ["images"],
    "scale": ["*scalable"],
    "stop": ["*running"],
    "tag": ["images", "images"],
}

#: Flags of which one shuts out the others.
EXCLUSIVE = (
    ("--all-namespaces", "--namespace"),
    ("--watch", "--watch-only"),
    ("--last", "--latest"),
    ("--detach", "--rm"),
)

#: Lines that show each form of a verb that has several: the option or word that decides for it, and such a line.
FORMS: dict[str, dict[str, list[str]]] = {
    "run": {"": [], "--image": ["NAME", "--image=IMAGE"]},
    "exec": {"": ["TARGET", "PROGRAM"], "--": ["TARGET", "--", "PROGRAM"]},
    "completion": {word: [word] for word in ("", "bash", "zsh", "fish", "powershell", "install", "uninstall")},
}
