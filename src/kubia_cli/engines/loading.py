"""The lock under which an SDK is loaded."""

from __future__ import annotations

from threading import RLock

#: Verbs ask both engines at once; two threads that load what both SDKs share (requests) would each get half of it.
SDK_LOADING = RLock()
