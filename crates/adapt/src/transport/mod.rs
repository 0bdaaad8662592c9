//! Optimal transport: how much mass goes from which object to which, so that the way is short.
