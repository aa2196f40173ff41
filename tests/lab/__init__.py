"""The lab: a real Docker engine, a real registry and a real one-node Kubernetes for the tests and the demo.

`python3 -m tests.lab up|down|env|status`. Standard library only, since it runs before anything is installed. What is
absent is installed by apt-get or built from Go modules; binaries are kept in the user's cache, everything else lives in
one state directory and is gone after `down`.

    __main__ → bring_up → tear_down, engine, registry, control_plane, node → certificates, images → rootfs, binaries
        → network, packages → processes → state, progress, errors

`tear_down` is also how the lab recovers from having been killed: it trusts no daemon to clean up after itself.
"""
