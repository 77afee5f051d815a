from tests.federation.demo import demo

__all__ = ["demo"]
