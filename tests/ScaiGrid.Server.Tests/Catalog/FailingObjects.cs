using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Tests.Catalog;

internal enum ObjectFault
{
    /// <summary>The call does not happen.</summary>
    Refused,

    /// <summary>The call happens, and its answer is lost.</summary>
    AnswerLost,
}

/// <summary>An object store that fails one chosen call.</summary>
internal sealed class FailingObjects : IObjectStore
{
    private IObjectStore _inner = null!;
    private int _calls, _failing;
    private ObjectFault _fault;

    public bool HasFailed { get; private set; }

    /// <param name="call">Counted from 1; 0 = none.</param>
    public void FailAt(int call, ObjectFault fault) => (_calls, _failing, _fault, HasFailed) = (0, call, fault, false);

    public void AddTo(IServiceCollection services)
    {
        var registered = services.Last(s => s.ServiceType == typeof(IObjectStore));
        _inner = (IObjectStore)registered.ImplementationInstance!;
        services.Replace(ServiceDescriptor.Singleton<IObjectStore>(this));
    }

    public Task<bool> PutIfAbsentAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken ct) => CallAsync(() => _inner.PutIfAbsentAsync(key, content, ct));

    public Task<byte[]?> GetAsync(ObjectKey key, CancellationToken ct) => CallAsync(() => _inner.GetAsync(key, ct));

    public Task<bool> ExistsAsync(ObjectKey key, CancellationToken ct) => CallAsync(() => _inner.ExistsAsync(key, ct));

    public Task DeleteAsync(ObjectKey key, CancellationToken ct) => CallAsync(async () =>
    {
        await _inner.DeleteAsync(key, ct);
        return true;
    });

    public IAsyncEnumerable<ObjectKey> ListAsync(string prefix, CancellationToken ct) => _inner.ListAsync(prefix, ct);

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        var fails = _failing > 0 && Interlocked.Increment(ref _calls) == _failing;
        HasFailed |= fails;
        if (fails && _fault == ObjectFault.Refused)
        {
            throw new ObjectStoreUnavailableException("The store is away.", new IOException());
        }

        var result = await call();
        return fails ? throw new ObjectStoreUnavailableException("The answer is lost.", new IOException()) : result;
    }
}
