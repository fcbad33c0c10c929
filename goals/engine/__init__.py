"""What goals and quotas mean in numbers: pure values in, (result, issues) out."""
