"""What code something consists of, as a digest: no version is kept by hand."""
