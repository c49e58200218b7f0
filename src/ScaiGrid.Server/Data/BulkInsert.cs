using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace ScaiGrid.Server.Data;

/// <summary>
/// Inserts many rows with few statements, leaving out those that exist already. For append-only tables that are written
/// thousands of times a second, where tracking every row would cost more than the rows.
/// </summary>
internal static class BulkInsert
{
    private const int RowsPerStatement = 50;

    private static readonly ConcurrentDictionary<(IModel, Type), Shape> Shapes = new();

    public static async Task InsertNewAsync<T>(Db db, IReadOnlyList<T> rows, CancellationToken ct) where T : class
    {
        if (rows.Count == 0)
        {
            return;
        }

        var shape = Shapes.GetOrAdd((db.Model, typeof(T)), key => new(db.Model.FindEntityType(key.Item2)!));
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        foreach (var chunk in rows.Chunk(RowsPerStatement))
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.Transaction = transaction.GetDbTransaction();
            command.CommandText = shape.SqlFor(chunk.Length);
            for (var r = 0; r < chunk.Length; r++)
            {
                shape.AddParameters(command, chunk[r], r);
            }

            await command.ExecuteNonQueryAsync(ct);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>A table's columns and how to read them from a row, as the mapping has them.</summary>
    private sealed class Shape(IEntityType entity)
    {
        private readonly (IProperty Property, Func<object, object?> Read, RelationalTypeMapping Mapping)[] _columns =
            [.. entity.GetProperties().Select(p => (p, (Func<object, object?>)p.GetGetter().GetClrValue, p.GetRelationalTypeMapping()))];

        private readonly ConcurrentDictionary<int, string> _sql = new();

        public string SqlFor(int rows) => _sql.GetOrAdd(rows, count =>
        {
            var sql = new StringBuilder()
                .Append("INSERT INTO ").Append(entity.GetTableName()).Append(" (")
                .AppendJoin(", ", _columns.Select(c => c.Property.GetColumnName())).Append(") VALUES ");
            for (var r = 0; r < count; r++)
            {
                sql.Append(r == 0 ? "(" : ", (").AppendJoin(", ", _columns.Select((_, c) => Name(r, c))).Append(')');
            }

            return sql.Append(" ON CONFLICT DO NOTHING").ToString();
        });

        public void AddParameters(DbCommand command, object row, int r)
        {
            for (var c = 0; c < _columns.Length; c++)
            {
                var (property, read, mapping) = _columns[c];
                command.Parameters.Add(mapping.CreateParameter(command, Name(r, c), read(row), property.IsNullable));
            }
        }

        private static string Name(int row, int column) => string.Create(CultureInfo.InvariantCulture, $"@p{row}_{column}");
    }
}
