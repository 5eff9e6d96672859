"""The promise in users' hands: any language to any other, libraries that others wrote, errors side by side."""
