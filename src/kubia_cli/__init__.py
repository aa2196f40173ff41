"""kubia: porcelain for containers, on Docker and on Kubernetes."""

__version__ = "0.1.0"
