"""The build context: which files it has (``ignore``, ``walk``) and how they are sent (``stream``)."""
