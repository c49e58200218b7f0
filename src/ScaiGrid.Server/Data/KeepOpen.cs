using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ScaiGrid.Server.Data;

/// <summary>
/// Leaves a unit of work its connection until it is disposed. An open connection to SQLite holds up nobody, and opening one for each command costs
/// more than most commands: what EF's queries may call is registered every time.
/// </summary>
internal sealed class KeepOpen : DbConnectionInterceptor
{
    public static readonly KeepOpen Instance = new();

    public override InterceptionResult ConnectionClosing(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => InterceptionResult.Suppress();

    public override ValueTask<InterceptionResult> ConnectionClosingAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) =>
        ValueTask.FromResult(InterceptionResult.Suppress());
}
