"""The labour clerk's pages: what is lacking on his project, by when, and the form that mends it."""
