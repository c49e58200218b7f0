using ScaiGrid.Server.Features.Events;

namespace ScaiGrid.Server.Features.Webhooks;

/// <summary>What webhooks can be told of. The words are public contract.</summary>
internal static class EventTypes
{
    public const string
        RequestCompleted = "request.completed",
        RequestFailed = "request.failed",
        BudgetSoftLimit = "budget.soft_limit_reached",
        BudgetHardLimit = "budget.hard_limit_reached",
        PackagePublished = "catalog.package_published",
        PackageDeleted = "catalog.package_deleted",
        ModelPublished = "model.published",
        ModelUnpublished = "model.unpublished",
        Test = "webhook.test";

    private static readonly string[] All =
    [
        RequestCompleted, RequestFailed, BudgetSoftLimit, BudgetHardLimit, PackagePublished, PackageDeleted, ModelPublished, ModelUnpublished,
        FeedChanges.CheckpointPending, FeedChanges.CheckpointResolved, FeedChanges.Activated, FeedChanges.Passivated, FeedChanges.Deleted,
    ];

    /// <summary>All that a webhook may ask for: one type, all of a kind (<c>budget.*</c>), or everything (<c>*</c>).</summary>
    public static IReadOnlyList<string> Patterns { get; } = ["*", .. All.Select(t => t[..t.IndexOf('.')] + ".*").Distinct(), .. All];

    public static bool Matches(string pattern, string type) =>
        pattern == "*" || pattern == type || (pattern.EndsWith(".*", StringComparison.Ordinal) && type.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1)));
}
