"""Language models as a resource of the harness, and what they write as expressions."""
