//! How source and target differ, before anything is adapted.
