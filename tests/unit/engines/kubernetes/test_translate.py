"""The translator: what TLS, proxies and an API server's answers mean, each with its code."""

from __future__ import annotations

import ssl

import pytest
import urllib3.exceptions

from kubia_cli.engines.kubernetes.errors import Status, translate
from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess

ACCESS = ClusterAccess("prod", "prod", "https://10.0.0.1:6443")


def tls(reason: str, kind: type[ssl.SSLError] = ssl.SSLError) -> ssl.SSLError:
    problem = kind("no")
    problem.reason = reason
    if isinstance(problem, ssl.SSLCertVerificationError):
        problem.verify_code = 10
    return problem


@pytest.mark.parametrize(
    ("problem", "exit_code", "code"),
    [
        (tls("CERTIFICATE_VERIFY_FAILED", ssl.SSLCertVerificationError), 10, "cluster.certificate"),
        (tls("TLSV13_ALERT_CERTIFICATE_REQUIRED"), 4, "cluster.client-certificate"),
        (tls("WRONG_VERSION_NUMBER"), 10, "cluster.wrong-scheme"),
        (tls("BAD_SIGNATURE"), 10, "cluster.tls"),
        (urllib3.exceptions.ProxyError("no", OSError("refused")), 10, "cluster.proxy"),
        (Status(504, "late"), 10, "cluster.timeout"),
        (Status(502, "bad gateway"), 10, "cluster.unavailable"),
        (Status(404, "no such path", "NotFound", trusted=True), 11, "api.not-found"),
    ],
)
def test_what_goes_wrong_is_told_by_its_code(problem: Status | BaseException, exit_code: int, code: str) -> None:
    error = translate(problem, ACCESS)
    assert (error.exit_code, error.code) == (exit_code, code)
    assert "https://10.0.0.1:6443 (context prod)" in error.message
