//! What `/api/models` shows: what can be generated now, by whom, at what price.
