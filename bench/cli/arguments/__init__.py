"""What each verb takes, by the rooms of ``bench.cli.verbs``."""
