"""Getting tokens: the installation pages, the stored installs, and their renewal."""
