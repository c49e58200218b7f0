using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

/// <summary>Random values, expressions, types and damage to texts.</summary>
internal static class Generated
{
    private static readonly string[] Names = ["name", "empty", "text", "none", "amount", "numbers", "items", "order", "nested", "day", "unknown", "x", "y"];

    private static readonly string[] Literals =
        ["0", "1", "2.50", "1e30", "30s", "true", "false", "null", "'a'", "\"b${name}c\"", "2026-01-15", "[]", "{}", "now()", "-1", "1e308"];

    private static readonly string[] Binaries = ["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "in", "==", "!=", "&&", "||", "??"];

    private static readonly string[] Fragments =
        ["(", ")", "[", "]", "{", "}", "{{", "}}", "'", "\"", "${", "\\", "=>", ".", ",", "?", ":", "!", "1e", "_", "\u0000", "😀", "\ud800", "=", "\n", "9", "a", ".map(x=>"];

    private static readonly Gen<string> Text = Gen.Elements("", "a", "name", "ä😀", "x y", "{{", "\"\\\n", "12.5", "2026-01-15", "true");

    public static Gen<Value> Number { get; } = Gen.OneOf(
        Gen.Choose(-1000, 1000).Select(n => (Value)n),
        Gen.Choose(-1000, 1000).SelectMany(n => Gen.Choose(0, 8).Select(scale => (Value)new decimal(Math.Abs(n), 0, 0, n < 0, (byte)scale))),
        Gen.Two(Gen.Choose(int.MinValue, int.MaxValue)).SelectMany(lo => Gen.Choose(0, 28).Select(scale => (Value)new decimal(lo.Item1, lo.Item2, 7, false, (byte)scale))),
        ArbMap.Default.GeneratorFor<NormalFloat>().Select(n => Value.From(n.Get)),
        Gen.Elements(1e-300, -1e-10, 1e-9, 0.1, 1e15, 1e28, 7.9e28, 8e28, -1e300, double.MaxValue, double.Epsilon).Select(Value.From));

    public static Gen<Value> AnyValue { get; } = Gen.Sized(size => ValueOf(Math.Min(size, 4)));

    public static Gen<string> Expression { get; } = Gen.Sized(size => ExpressionOf(Math.Min(size, 5)));

    /// <summary>Valid expressions with pieces cut out, doubled or put in.</summary>
    public static Gen<string> Damaged { get; } = Damage(Expression);

    public static Gen<string> Type { get; } = Gen.Sized(size => TypeOf(Math.Min(size, 3)));

    /// <summary>A thousand runs, the first counterexample thrown.</summary>
    public static void ForAll<T>(Gen<T> values, Action<T> check) =>
        Prop.ForAll(values.ToArbitrary(), check).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    public static Gen<string> Damage(Gen<string> texts) =>
        texts.SelectMany(text => Gen.Choose(0, text.Length).SelectMany(at => Gen.Choose(0, Math.Min(6, text.Length - at)).SelectMany(length =>
            Gen.Elements(Fragments).SelectMany(piece => Gen.Elements(
                text.Remove(at, length), text.Insert(at, piece), text.Remove(at, length).Insert(at, piece), text.Insert(at, text.Substring(at, length)), text[at..])))));

    private static Gen<Value> ValueOf(int depth)
    {
        var scalar = Gen.OneOf(
            Gen.Elements(Value.Null, Value.True, Value.False), Number, Text.Select(text => (Value)text),
            ArbMap.Default.GeneratorFor<UnicodeString>().Select(text => (Value)string.Concat(text.Get.EnumerateRunes())));
        return depth == 0
            ? scalar
            : Gen.OneOf(
                scalar, Few(ValueOf(depth - 1)).Select(items => Value.Array(items)),
                Few(Text.Zip(ValueOf(depth - 1), KeyValuePair.Create)).Select(members => Value.Object(members)));
    }

    private static Gen<string> ExpressionOf(int depth)
    {
        var leaf = Gen.OneOf(Gen.Elements(Names), Gen.Elements(Literals));
        if (depth == 0)
        {
            return leaf;
        }

        var part = ExpressionOf(depth - 1);
        var two = Gen.Two(part);
        return Gen.OneOf(
            leaf,
            two.SelectMany(p => Gen.Elements(Binaries).Select(op => $"{p.Item1} {op} {p.Item2}")),
            two.SelectMany(p => Gen.Elements(Binaries).Select(op => $"({p.Item1}) {op} ({p.Item2})")),
            Gen.Three(part).Select(p => $"({p.Item1} ? {p.Item2} : {p.Item3})"),
            part.SelectMany(p => Gen.Elements("!", "-").Select(op => $"{op}({p})")),
            two.Select(p => $"({p.Item1})[{p.Item2}]"),
            part.SelectMany(p => Gen.Elements(Names).Select(name => $"({p}).{name}")),
            two.Select(p => $"[{p.Item1}, {p.Item2}]"),
            two.Select(p => $"{{a: {p.Item1}, 'b c': {p.Item2}}}"),
            two.Select(p => $"'${{{p.Item1}}} and ${{{p.Item2}}}'"),
            Gen.Three(part).SelectMany(p => Gen.Elements(Functions.Names.ToArray()).Select(name => Call(name, p.Item1, p.Item2, p.Item3))));
    }

    private static string Call(string name, string self, string first, string second)
    {
        var function = Functions.Find(name)!;
        return function.TakesLambda
            ? $"({self}).{name}(x => {first})"
            : $"({self}).{name}({string.Join(", ", new[] { first, second }.Take(function.Arguments.Most))})";
    }

    private static Gen<string> TypeOf(int depth)
    {
        var leaf = Gen.Elements(
            "string", "int", "float", "bool", "date", "datetime", "duration", "money", "email", "url", "uuid", "object", "array", "enum[a, b]", "'x' | 'y'");
        return depth == 0
            ? leaf
            : Gen.OneOf(
                leaf, TypeOf(depth - 1).Select(item => $"array[{item}]"), TypeOf(depth - 1).Select(item => $"map<string, {item}>"),
                TypeOf(depth - 1).Select(item => $"({item})?"), Gen.Two(TypeOf(depth - 1)).Select(p => $"{{ a: {p.Item1}, b: {p.Item2} }}"),
                Gen.Two(TypeOf(depth - 1)).Select(p => $"({p.Item1}) | ({p.Item2})"));
    }

    private static Gen<T[]> Few<T>(Gen<T> items) => Gen.Choose(0, 3).SelectMany(count => items.ArrayOf(count));
}
