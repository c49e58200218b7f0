using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Tests.Host;

/// <summary>
/// A database that fails one chosen call of a request: a statement, a commit that does not happen, or one that does and whose answer is lost.
/// What the server does by itself beside requests is spared.
/// </summary>
internal sealed class FailingDatabase : DbCommandInterceptor, IDbTransactionInterceptor
{
    private readonly HttpContextAccessor _http = new();
    private int _calls, _failing;

    /// <summary>Whether the chosen call was reached.</summary>
    public bool HasFailed { get; private set; }

    /// <param name="call">Counted from 1; 0 = none.</param>
    public void FailAt(int call) => (_calls, _failing, HasFailed) = (0, call, false);

    public void AddTo(IServiceCollection services) => services
        .ConfigureDbContext<SqliteDb>(options => options.AddInterceptors(this))
        .ConfigureDbContext<PostgresDb>(options => options.AddInterceptors(this));

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) => new(Count(result));

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) => new(Count(result));

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default) => new(Count(result));

    public ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) => new(Count(result));

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Count(0);
        return Task.CompletedTask;
    }

    private T Count<T>(T result)
    {
        if (_failing > 0 && _http.HttpContext is { Request.Method: not "GET" } && Interlocked.Increment(ref _calls) == _failing)
        {
            HasFailed = true;
            throw new Lost();
        }

        return result;
    }

    private sealed class Lost() : DbException("The connection was lost.")
    {
        public override bool IsTransient => true;
    }
}
