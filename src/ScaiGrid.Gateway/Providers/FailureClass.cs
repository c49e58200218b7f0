namespace ScaiGrid.Gateway.Providers;

/// <summary>What a failure means for what happens next. Retry, failover, circuits and the caller's error read this alone.</summary>
public enum FailureClass
{
    /// <summary>May work in a moment, here or elsewhere: unreachable, reset, 5xx, cut off.</summary>
    Transient,

    /// <summary>No answer in the time that the backend was given. Another backend may be faster.</summary>
    Timeout,

    /// <summary>Too many requests for this backend; <see cref="ProviderFailure.RetryAfter"/> says when to come back, if it is known.</summary>
    RateLimited,

    /// <summary>The account behind the backend has used up its money or quota.</summary>
    Quota,

    /// <summary>The backend does not accept our credential.</summary>
    Credential,

    /// <summary>The backend no longer has the model.</summary>
    ModelGone,

    /// <summary>The model or its guard will not answer this content. No other backend is asked.</summary>
    Refused,

    /// <summary>The request itself is at fault. No other backend is asked.</summary>
    CallerFault,

    /// <summary>The backend answered with something that is not the protocol it should speak.</summary>
    ShapeMismatch,

    /// <summary>The model cannot be asked at all now, such as a Core that is not running.</summary>
    Unavailable,

    /// <summary>None of these.</summary>
    Unknown,
}
