using System.Text;

namespace ScaiGrid.Flows.Language;

internal static class TextFunctions
{
    public static bool Length(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        var text = self.AsString()!;
        value = CodePoints.Count(text);
        return frame.Scan(call.At, text.Length);
    }

    public static bool Lower(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryChange(ref frame, call.At, self, static text => text.ToLowerInvariant(), out value);

    public static bool Upper(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryChange(ref frame, call.At, self, static text => text.ToUpperInvariant(), out value);

    public static bool Trim(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryChange(ref frame, call.At, self, static text => text.Trim(), out value);

    public static bool TrimStart(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryChange(ref frame, call.At, self, static text => text.TrimStart(), out value);

    public static bool TrimEnd(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryChange(ref frame, call.At, self, static text => text.TrimEnd(), out value);

    public static bool Contains(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryTest(ref frame, call.At, self, first, "contains", static (text, part) => new Needle(part).IndexIn(text) >= 0, out value);

    public static bool StartsWith(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryTest(ref frame, call.At, self, first, "starts_with", static (text, part) => text.StartsWith(part, StringComparison.Ordinal), out value);

    public static bool EndsWith(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryTest(ref frame, call.At, self, first, "ends_with", static (text, part) => text.EndsWith(part, StringComparison.Ordinal), out value);

    /// <summary>The place of the first occurrence in code points; null when there is none.</summary>
    public static bool IndexOf(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        var text = self.AsString()!;
        if (!Arguments.TryText(ref frame, call.At, "index_of", first, out var part) || !frame.Scan(call.At, text.Length + part.Length))
        {
            return false;
        }

        var at = new Needle(part).IndexIn(text);
        value = at < 0 ? default : (Value)CodePoints.Count(text[..at]);
        return true;
    }

    public static bool Replace(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        if (!TryReplacement(ref frame, call.At, "replace", self, first, second, out var text, out var old, out var with))
        {
            return false;
        }

        var places = new Needle(old).AllIn(text);
        if (!frame.ReserveText(call.At, text.Length + (long)places.Count * (with.Length - old.Length)))
        {
            return false;
        }

        var replaced = new StringBuilder();
        var from = 0;
        foreach (var place in places)
        {
            replaced.Append(text, from, place - from).Append(with);
            from = place + old.Length;
        }

        value = replaced.Append(text, from, text.Length - from).ToString();
        return true;
    }

    public static bool ReplaceFirst(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        if (!TryReplacement(ref frame, call.At, "replace_first", self, first, second, out var text, out var old, out var with)
            || !frame.ReserveText(call.At, (long)text.Length + with.Length))
        {
            return false;
        }

        var at = new Needle(old).IndexIn(text);
        value = at < 0 ? text : string.Concat(text.AsSpan(0, at), with, text.AsSpan(at + old.Length));
        return true;
    }

    /// <summary>The parts between the separators; an empty separator parts every character.</summary>
    public static bool Split(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        var text = self.AsString()!;
        if (!Arguments.TryText(ref frame, call.At, "split", first, out var separator) || !frame.ReserveText(call.At, text.Length))
        {
            return false;
        }

        if (separator.Length == 0)
        {
            var count = CodePoints.Count(text);
            value = frame.ReserveItems(call.At, count) ? Value.Array(Characters(text, count)) : default;
            return !value.IsNull;
        }

        if (!frame.Scan(call.At, separator.Length))
        {
            return false;
        }

        var places = new Needle(separator).AllIn(text);
        value = frame.ReserveItems(call.At, places.Count + 1) ? Value.Array(Parts(text, places, separator.Length)) : default;
        return !value.IsNull;
    }

    /// <summary>From a start up to and without an end, in code points; a negative place counts from the end of the text.</summary>
    public static bool Slice(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        var text = self.AsString()!;
        if (!frame.Scan(call.At, text.Length) || !Arguments.TrySlice(ref frame, call.At, first, second, CodePoints.Count(text), out var from, out var to))
        {
            return false;
        }

        var start = CodePoints.OffsetOf(text, from);
        var end = CodePoints.OffsetOf(text, to);
        value = text[start..end];
        return frame.ReserveText(call.At, end - start);
    }

    public static bool PadStart(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        var succeeded = TryPadding(ref frame, call.At, "pad_start", self, first, second, out var padding);
        value = succeeded ? padding + self.AsString() : default(Value);
        return succeeded;
    }

    public static bool PadEnd(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        var succeeded = TryPadding(ref frame, call.At, "pad_end", self, first, second, out var padding);
        value = succeeded ? self.AsString() + padding : default(Value);
        return succeeded;
    }

    public static bool Repeat(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        if (!Arguments.TryCount(ref frame, call.At, "repeat", first, out var count)
            || !frame.ReserveText(call.At, (long)self.AsString()!.Length * count))
        {
            return false;
        }

        value = Repeated(self.AsString()!, self.AsString()!.Length * count);
        return true;
    }

    private static bool TryChange(ref Frame frame, int at, Value self, Func<string, string> change, out Value value)
    {
        value = default;
        var text = self.AsString()!;
        if (!frame.ReserveText(at, text.Length))
        {
            return false;
        }

        value = change(text);
        return true;
    }

    private static bool TryTest(ref Frame frame, int at, Value self, Value argument, string name, Func<string, string, bool> test, out Value value)
    {
        value = default;
        if (!Arguments.TryText(ref frame, at, name, argument, out var part) || !frame.Scan(at, self.AsString()!.Length + part.Length))
        {
            return false;
        }

        value = test(self.AsString()!, part);
        return true;
    }

    private static bool TryReplacement(
        ref Frame frame, int at, string name, Value self, Value first, Value second, out string text, out string old, out string with)
    {
        (text, with) = (self.AsString()!, "");
        if (!Arguments.TryText(ref frame, at, name, first, out old) || !Arguments.TryText(ref frame, at, name, second, out with))
        {
            return false;
        }

        return old.Length > 0
            ? frame.Scan(at, text.Length + old.Length)
            : frame.Fail(EvaluationFault.InvalidArgument, $"'{name}' needs a text to look for that is not empty.", at);
    }

    private static bool TryPadding(ref Frame frame, int at, string name, Value self, Value first, Value second, out string padding)
    {
        padding = "";
        var text = self.AsString()!;
        var fill = " ";
        if (!Arguments.TryCount(ref frame, at, name, first, out var length)
            || !second.IsNull && !Arguments.TryText(ref frame, at, name, second, out fill)
            || !frame.Scan(at, text.Length))
        {
            return false;
        }

        var missing = Math.Max(0, length - CodePoints.Count(text));
        if (missing > 0 && CodePoints.Count(fill) != 1)
        {
            return frame.Fail(EvaluationFault.InvalidArgument, $"'{name}' fills with one character.", at);
        }

        if (!frame.ReserveText(at, text.Length + (long)missing * fill.Length))
        {
            return false;
        }

        padding = Repeated(fill, missing * fill.Length);
        return true;
    }

    private static string Repeated(string text, int length) => string.Create(length, text, static (target, part) =>
    {
        for (var at = 0; at < target.Length; at += part.Length)
        {
            part.CopyTo(target[at..]);
        }
    });

    private static Value[] Parts(string text, List<int> separators, int length)
    {
        var parts = new Value[separators.Count + 1];
        var from = 0;
        for (var i = 0; i < separators.Count; i++)
        {
            parts[i] = text[from..separators[i]];
            from = separators[i] + length;
        }

        parts[^1] = text[from..];
        return parts;
    }

    private static Value[] Characters(string text, int count)
    {
        var characters = new Value[count];
        for (int i = 0, at = 0; i < count; i++)
        {
            var length = CodePoints.LengthAt(text, at);
            characters[i] = text.Substring(at, length);
            at += length;
        }

        return characters;
    }
}
