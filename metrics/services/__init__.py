from metrics.services.recompute import Recomputed, rollups_recompute

__all__ = ["Recomputed", "rollups_recompute"]
