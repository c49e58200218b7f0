namespace ScaiGrid.Server.Kernel;

/// <summary>The request's <c>Idempotency-Key</c>: 1 to 200 visible ASCII characters. Null where the caller sent none.</summary>
internal sealed record IdempotencyKey(string? Value, Error? Fault) : IRefusable
{
    public const int MaxLength = 200;

    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext context) => ValueTask.FromResult<IdempotencyKey?>(context.Request.Headers["Idempotency-Key"] switch
    {
        [] => new(null, null),
        [{ Length: > 0 and <= MaxLength } key] when key.All(c => c is > ' ' and < '\x7f') => new(key, null),
        _ => new(null, KernelErrors.Validation.At("Idempotency-Key", $"must be 1 to {MaxLength} visible ASCII characters")),
    });
}
