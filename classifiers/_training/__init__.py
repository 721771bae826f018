"""Training of the linker's models from annotated streams; the only place besides topics that imports scikit-learn."""
