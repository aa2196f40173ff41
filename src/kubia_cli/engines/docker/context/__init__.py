"""The build context: which files it has (``ignore``, ``walk``), where its rules come from (``source``), and how it is
sent (``tar``)."""
