using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Routing;

/// <summary>What follows from a failure, before anything has been sent to the caller.</summary>
internal enum Verdict
{
    /// <summary>No backend would do better.</summary>
    Stop,

    /// <summary>Ask the others, and not this one again.</summary>
    GoOn,

    /// <summary>Ask the others, then this one again.</summary>
    Retry,
}

internal static class Verdicts
{
    extension(FailureClass failure)
    {
        public Verdict Verdict => failure switch
        {
            FailureClass.CallerFault or FailureClass.Refused => Verdict.Stop,
            FailureClass.Transient or FailureClass.RateLimited => Verdict.Retry,
            _ => Verdict.GoOn,
        };

        public bool CountsAgainstCircuit => failure is FailureClass.Transient or FailureClass.Timeout;

        public ChatOutcome Outcome => failure switch
        {
            FailureClass.CallerFault or FailureClass.Refused => ChatOutcome.Rejected,
            FailureClass.Timeout => ChatOutcome.BackendTimeout,
            FailureClass.RateLimited => ChatOutcome.BackendRateLimited,
            FailureClass.ShapeMismatch => ChatOutcome.ShapeMismatch,
            FailureClass.Unavailable => ChatOutcome.ModelUnavailable,
            _ => ChatOutcome.BackendError,
        };
    }
}
