namespace ScaiGrid.Server.Features.Accounting.Budgets;

/// <summary>What is spent, kept back or left of a budget.</summary>
/// <param name="Cost">Exact, in the deployment's currency.</param>
/// <param name="Tokens">Of prompts and answers together.</param>
/// <param name="Requests">Calls of models.</param>
internal readonly record struct Amount(decimal Cost, long Tokens, long Requests)
{
    public bool IsZero => this == default;

    public static Amount operator +(Amount a, Amount b) => new(a.Cost + b.Cost, a.Tokens + b.Tokens, a.Requests + b.Requests);

    public static Amount operator -(Amount a, Amount b) => new(a.Cost - b.Cost, a.Tokens - b.Tokens, a.Requests - b.Requests);

    /// <summary>The larger of each part.</summary>
    public Amount OrMore(Amount other) => new(Math.Max(Cost, other.Cost), Math.Max(Tokens, other.Tokens), Math.Max(Requests, other.Requests));

    /// <summary>Whether every part is at least the other's.</summary>
    public bool Covers(Amount other) => Cost >= other.Cost && Tokens >= other.Tokens && Requests >= other.Requests;

    /// <summary>What is missing to cover the other, part by part; nothing where enough is there.</summary>
    public Amount ShortOf(Amount other) =>
        new(Math.Max(0, other.Cost - Cost), Math.Max(0, other.Tokens - Tokens), Math.Max(0, other.Requests - Requests));
}

/// <summary>What may be spent in a period. At least one part is limited.</summary>
/// <param name="Cost">Null = as much as one likes; as for the others.</param>
internal readonly record struct Limits(decimal? Cost, long? Tokens, long? Requests)
{
    /// <summary>A process takes so much at a time, a two-hundredth part, that it need not ask the database for every call.</summary>
    private const int Shares = 200;

    /// <summary>The part of an amount that is limited.</summary>
    public Amount Only(Amount amount) => new(Cost is null ? 0 : amount.Cost, Tokens is null ? 0 : amount.Tokens, Requests is null ? 0 : amount.Requests);

    /// <summary>Whether a part of the limits, or this fraction of it, is used up.</summary>
    public bool IsReached(Amount spent, decimal fraction = 1) =>
        (Cost is { } cost && spent.Cost >= cost * fraction) || (Tokens is { } tokens && spent.Tokens >= tokens * fraction) || (Requests is { } requests && spent.Requests >= requests * fraction);

    /// <summary>How much a process gets that needs so much: that and a share besides, as far as there is.</summary>
    /// <param name="reserved">What all processes have spent or keep back.</param>
    /// <returns>Null when what is left does not meet the need.</returns>
    public Amount? Grant(Amount reserved, Amount need)
    {
        var cost = Part(Cost, reserved.Cost, need.Cost, (Cost ?? 0) / Shares);
        var tokens = Part(Tokens, reserved.Tokens, need.Tokens, (Tokens ?? 0) / Shares);
        var requests = Part(Requests, reserved.Requests, need.Requests, (Requests ?? 0) / Shares);
        return cost is null || tokens is null || requests is null ? null : new(cost.Value, (long)tokens, (long)requests);
    }

    private static decimal? Part(decimal? limit, decimal reserved, decimal need, decimal share)
    {
        if (limit is null || need <= 0)
        {
            return 0;
        }

        var left = Math.Max(0, limit.Value - reserved);
        return left >= need ? Math.Min(left, Math.Max(need, share)) : null;
    }
}
