using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ScaiGrid.Server.Data;

/// <summary>A table's columns and how to read them from a row, as the mapping has them: for statements that are written by hand where tracking would cost too much.</summary>
internal sealed class RowTable
{
    private static readonly ConcurrentDictionary<(IModel, Type), RowTable> Known = new();

    private RowTable(IEntityType entity)
    {
        Name = entity.GetTableName()!;
        Columns = [.. entity.GetProperties().Where(p => p.ValueGenerated == ValueGenerated.Never).Select(p => new Column(p))];
    }

    public string Name { get; }

    public IReadOnlyList<Column> Columns { get; }

    public string ColumnNames => Names(Columns);

    public static RowTable Of<T>(Db db) => Known.GetOrAdd((db.Model, typeof(T)), key => new(key.Item1.FindEntityType(key.Item2)!));

    public static string Names(IEnumerable<Column> columns) => string.Join(", ", columns.Select(c => c.Name));

    /// <summary>Placeholders for so many values: <c>$1, $2, …</c> with the prefix <c>$</c>.</summary>
    public static string Numbered(string prefix, int count, int from = 1) => string.Join(", ", Enumerable.Range(from, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}")));

    /// <summary>Adds one array for each column, with a value for each row.</summary>
    public static void AddArrays<T>(DbParameterCollection parameters, Func<DbParameter> create, IReadOnlyList<Column> columns, IReadOnlyList<T> rows) where T : class
    {
        foreach (var column in columns)
        {
            var values = Array.CreateInstance(column.ArrayOf, rows.Count);
            for (var i = 0; i < rows.Count; i++)
            {
                values.SetValue(column.Read(rows[i]), i);
            }

            var parameter = create();
            parameter.Value = values;
            parameters.Add(parameter);
        }
    }

    internal sealed class Column(IProperty property)
    {
        private readonly IClrPropertyGetter _getter = property.GetGetter();
        private readonly int _maxLength = property.GetMaxLength() ?? int.MaxValue;
        private readonly ValueConverter? _converter = property.GetRelationalTypeMapping().Converter;

        public string Name { get; } = property.GetColumnName();

        public bool IsKey { get; } = property.IsPrimaryKey();

        public bool IsVersion { get; } = property.IsConcurrencyToken;

        /// <summary>What is only set when the row is made never changes.</summary>
        public bool CanChange { get; } =
            property.PropertyInfo?.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == false && !property.IsPrimaryKey() && !property.IsConcurrencyToken;

        /// <summary>The type of an array of this column's values, nulls included.</summary>
        public Type ArrayOf { get; } = Nullable(property.GetRelationalTypeMapping().Converter?.ProviderClrType ?? property.ClrType, property.IsNullable);

        public object? Read(object row) => _getter.GetClrValue(row) is { } value ? Fit(_converter?.ConvertToProvider(value) ?? value) : null;

        /// <summary>One row that the database refuses would keep all others from it for ever, so none is given a reason to.</summary>
        private object Fit(object value) => value is not string text ? value
            : (text.Length > _maxLength ? text[.._maxLength] : text).Replace('\0', '\uFFFD');

        private static Type Nullable(Type type, bool nullable) =>
            nullable && type.IsValueType && System.Nullable.GetUnderlyingType(type) is null ? typeof(Nullable<>).MakeGenericType(type) : type;
    }
}
