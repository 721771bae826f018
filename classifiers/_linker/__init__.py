"""The private parts of the linker that learns: candidates, features, and models served without scikit-learn."""
