namespace ScaiGrid.Server.Features.Webhooks;

/// <param name="DisabledAt">When it was switched off for having failed 50 times in a row; null when it was not.</param>
internal sealed record WebhookView(
    string Id, string Url, IReadOnlyList<string> Events, WebhookStatus Status, int MaxRetries, int FailuresInARow, DateTimeOffset? DisabledAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static WebhookView Of(Webhook w) => new(w.Id.Value, w.Url, w.Events, w.Status, w.MaxRetries, w.FailuresInARow, w.DisabledAt, w.CreatedAt, w.UpdatedAt);
}

/// <param name="StatusCode">The receiver's last answer; null when there was none.</param>
/// <param name="NextAttemptAt">Null when there is none to come.</param>
internal sealed record DeliveryView(
    string Id, string EventId, string EventType, DeliveryStatus Status, int Attempts, int? StatusCode, string? Error, int? DurationMs, DateTimeOffset? NextAttemptAt, DateTimeOffset CreatedAt, DateTimeOffset? CompletedAt)
{
    public static DeliveryView Of(WebhookDelivery d) => new(
        d.Id, d.EventId, d.EventType, d.Status, d.Attempts, d.StatusCode, d.Error, d.DurationMs, d.Status == DeliveryStatus.Pending ? d.NextAt : null, d.CreatedAt, d.CompletedAt);
}
