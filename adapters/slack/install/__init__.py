"""How Paperboy gets its tokens: the installation pages, the stored installs, and their renewal."""
