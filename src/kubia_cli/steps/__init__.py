"""What verbs do on their way: find the engine, pull, start a container, apply an app, say what was done."""
