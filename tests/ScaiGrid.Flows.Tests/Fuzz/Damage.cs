namespace ScaiGrid.Flows.Tests.Fuzz;

/// <summary>Changes a text or an archive in a few places, without any idea of what it is.</summary>
internal sealed class Damage(Random random)
{
    private static readonly string[] Pieces =
    [
        "(", ")", "[", "]", "{", "}", "{{", "}}", "'", "\"", "${", "\\", "=>", ".", ",", "?", ":", "!", "??", "&&", "1e9", "_", "\u0000", "😀", "\ud800", "=", "\n", "  ", "- ", "9", "a", ".map(x=>", "|", "&a", "*a", "!!t", "<<: ",
        "next: null", "steps:", "id: a\n", "null", "true", "#", "%", "9999999999", "enum[", "array<",
    ];

    public string Of(string text)
    {
        for (var times = 1 + random.Next(3); times > 0; times--)
        {
            var at = random.Next(text.Length + 1);
            var length = random.Next(Math.Min(1 + text.Length / 4, text.Length - at + 1));
            text = random.Next(4) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
                2 => text.Insert(random.Next(text.Length + 1), text.Substring(at, length)),
                _ => text.Remove(at, length).Insert(at, Pieces[random.Next(Pieces.Length)]),
            };
        }

        return text;
    }

    public byte[] Of(byte[] bytes)
    {
        var list = bytes.ToList();
        for (var times = 1 + random.Next(3); times > 0 && list.Count > 0; times--)
        {
            var at = random.Next(list.Count);
            var length = random.Next(Math.Min(64, list.Count - at));
            switch (random.Next(5))
            {
                case 0:
                    list.RemoveRange(at, length);
                    break;
                case 1:
                    list.InsertRange(random.Next(list.Count), list.GetRange(at, length));
                    break;
                case 2:
                    list[at] = (byte)random.Next(256);
                    break;
                case 3:
                    list[at] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    list[at] = (byte)(random.Next(2) * 255);
                    break;
            }
        }

        return [.. list];
    }
}
