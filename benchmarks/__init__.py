"""What speed and rendering fidelity are measured with; nothing here is part of the package."""
