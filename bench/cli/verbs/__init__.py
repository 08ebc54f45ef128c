"""The verbs of ``rediscover``: one module each, imported when its verb is given."""
