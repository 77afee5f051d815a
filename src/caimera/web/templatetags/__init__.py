"""Tags every template may load: the components."""
