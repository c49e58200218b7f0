using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ScaiGrid.Server.Data;

/// <summary>
/// Inserts many rows at once, leaving out those that exist already. For append-only tables that are written thousands of times
/// a second, where tracking every row would cost more than the rows.
/// </summary>
internal static class BulkInsert
{
    private static readonly ConcurrentDictionary<(IModel, Type), Table> Tables = new();

    public static async Task InsertNewAsync<T>(Db db, IReadOnlyList<T> rows, CancellationToken ct) where T : class
    {
        if (rows.Count == 0)
        {
            return;
        }

        var table = Tables.GetOrAdd((db.Model, typeof(T)), key => new(db.Model.FindEntityType(key.Item2)!));
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = transaction.GetDbTransaction();
        if (db is PostgresDb)
        {
            await InsertColumnsAsync(command, table, rows, ct);
        }
        else
        {
            InsertRows(command, table, rows);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>SQLite lives in this process: one prepared statement, once for each row, costs next to nothing.</summary>
    private static void InsertRows<T>(DbCommand command, Table table, IReadOnlyList<T> rows) where T : class
    {
        command.CommandText = $"INSERT INTO {table.Name} ({table.ColumnNames}) VALUES ({table.Numbered("@p")}) ON CONFLICT DO NOTHING";
        foreach (var (i, _) in table.Columns.Index())
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"@p{i + 1}");
            command.Parameters.Add(parameter);
        }

        var parameters = command.Parameters.Cast<DbParameter>().ToArray();
        foreach (var row in rows)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i].Value = table.Columns[i].Read(row) ?? DBNull.Value;
            }

            command.ExecuteNonQuery();
        }
    }

    /// <summary>PostgreSQL is a network away: one statement takes all rows, as one array for each column.</summary>
    private static async Task InsertColumnsAsync<T>(DbCommand command, Table table, IReadOnlyList<T> rows, CancellationToken ct) where T : class
    {
        command.CommandText = $"INSERT INTO {table.Name} ({table.ColumnNames}) SELECT * FROM unnest({table.Numbered("$")}) ON CONFLICT DO NOTHING";
        foreach (var column in table.Columns)
        {
            var values = Array.CreateInstance(column.ArrayOf, rows.Count);
            for (var i = 0; i < rows.Count; i++)
            {
                values.SetValue(column.Read(rows[i]), i);
            }

            var parameter = command.CreateParameter();
            parameter.Value = values;
            command.Parameters.Add(parameter);
        }

        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>A table's columns and how to read them from a row, as the mapping has them.</summary>
    private sealed class Table(IEntityType entity)
    {
        public string Name { get; } = entity.GetTableName()!;

        public Column[] Columns { get; } = [.. entity.GetProperties().Select(p => new Column(p))];

        public string ColumnNames => string.Join(", ", Columns.Select(c => c.Name));

        public string Numbered(string prefix) => string.Join(", ", Columns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{i + 1}")));
    }

    private sealed class Column(IProperty property)
    {
        private readonly IClrPropertyGetter _getter = property.GetGetter();
        private readonly int _maxLength = property.GetMaxLength() ?? int.MaxValue;
        private readonly ValueConverter? _converter = property.GetRelationalTypeMapping().Converter;

        public string Name { get; } = property.GetColumnName();

        /// <summary>The type of an array of this column's values, nulls included.</summary>
        public Type ArrayOf { get; } = Nullable((property.GetRelationalTypeMapping().Converter?.ProviderClrType ?? property.ClrType), property.IsNullable);

        public object? Read(object row) => _getter.GetClrValue(row) is { } value ? Fit(_converter?.ConvertToProvider(value) ?? value) : null;

        /// <summary>One row that the database refuses would keep all others from it for ever, so none is given a reason to.</summary>
        private object Fit(object value) => value is not string text ? value
            : (text.Length > _maxLength ? text[.._maxLength] : text).Replace('\0', '\uFFFD');

        private static Type Nullable(Type type, bool nullable) =>
            nullable && type.IsValueType && System.Nullable.GetUnderlyingType(type) is null ? typeof(Nullable<>).MakeGenericType(type) : type;
    }
}
