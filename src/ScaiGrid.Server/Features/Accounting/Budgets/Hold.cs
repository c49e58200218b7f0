namespace ScaiGrid.Server.Features.Accounting.Budgets;

/// <summary>What is kept back of the caller's budgets while a call is under way. Settled once; what is not settled by its end is given back.</summary>
internal sealed class Hold(Amount estimate) : IDisposable
{
    private readonly List<(Ledger Ledger, Limits Limits)> _parts = [];
    private bool _settled;

    public void Add(Ledger ledger, Limits limits) => _parts.Add((ledger, limits));

    /// <param name="spent">What the call really came to.</param>
    public void Settle(Amount spent)
    {
        if (_settled)
        {
            return;
        }

        _settled = true;
        foreach (var (ledger, limits) in _parts)
        {
            ledger.Settle(limits.Only(estimate), limits.Only(spent), spent);
        }
    }

    public void Dispose() => Settle(default);
}
