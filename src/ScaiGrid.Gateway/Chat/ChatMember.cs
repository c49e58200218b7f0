using System.Text.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>The top-level members of a chat request that the gateway knows. All others pass through as they are.</summary>
internal enum ChatMember : byte
{
    Unknown, Model, Messages, MaxTokens, MaxCompletionTokens, Temperature, TopP, Stop, Seed, N, Stream, StreamOptions, Tools,
    ToolChoice, ResponseFormat, Metadata,

    /// <summary>A known member whose value is null: the same as if it were not there.</summary>
    Absent,
}

/// <summary>Where a top-level member stands in the body: its name from <see cref="Start"/>, its value up to <see cref="End"/>.</summary>
internal readonly record struct MemberRange(ChatMember Member, int Start, int ValueStart, int End);

internal static class ChatMembers
{
    private static readonly string[] Names =
        [.. Enum.GetNames<ChatMember>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    private static readonly byte[][] Utf8Names = [.. Names.Select(System.Text.Encoding.UTF8.GetBytes)];

    /// <summary>The member whose name the reader stands on.</summary>
    public static ChatMember Match(ref Utf8JsonReader json)
    {
        for (var i = (int)ChatMember.Model; i < (int)ChatMember.Absent; i++)
        {
            if (json.ValueTextEquals(Utf8Names[i]))
            {
                return (ChatMember)i;
            }
        }

        return ChatMember.Unknown;
    }

    public static string Name(ChatMember member) => Names[(int)member];

    public static ChatMember Parse(string name) => (ChatMember)Math.Max(0, Array.IndexOf(Names, name, (int)ChatMember.Model, (int)ChatMember.Absent - 1));
}
