namespace ScaiGrid.Gateway.Providers;

/// <summary>Why a backend did not answer, or not to the end.</summary>
/// <param name="Message">A sentence that may be shown to the caller: no address, no credential, no upstream's name.</param>
/// <param name="Status">The upstream's HTTP status; null when there was none.</param>
/// <param name="RetryAfter">How long the upstream asks to wait; null when it does not say.</param>
public sealed record ProviderFailure(FailureClass Class, string Message, int? Status = null, TimeSpan? RetryAfter = null)
{
    /// <summary>Names and values that belong to the failure, such as a run's <c>execution_id</c>. May be shown to the caller.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}
