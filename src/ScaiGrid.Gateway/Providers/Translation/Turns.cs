using System.Text.Json;

namespace ScaiGrid.Gateway.Providers.Translation;

/// <summary>Writes a conversation as turns that alternate, as some protocols want it: neighbours of the same side become one.</summary>
internal ref struct Turns
{
    private readonly Utf8JsonWriter _json;
    private readonly ReadOnlySpan<byte> _assistant, _parts;
    private bool _open, _isAssistant;

    /// <param name="assistant">What the protocol calls the role that is not the user's.</param>
    /// <param name="parts">What it calls the array of a turn's parts.</param>
    public Turns(Utf8JsonWriter json, ReadOnlySpan<byte> assistant, ReadOnlySpan<byte> parts)
    {
        _json = json;
        _assistant = assistant;
        _parts = parts;
    }

    /// <summary>Begins a turn when the other side has been speaking. A turn begins with its first part, so that none is empty.</summary>
    /// <returns>Whether it began one.</returns>
    public bool Open(bool isAssistant)
    {
        if (_open && _isAssistant == isAssistant)
        {
            return false;
        }

        Close();
        (_open, _isAssistant) = (true, isAssistant);
        _json.WriteStartObject();
        _json.WriteString("role"u8, isAssistant ? _assistant : "user"u8);
        _json.WriteStartArray(_parts);
        return true;
    }

    public readonly void Close()
    {
        if (_open)
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
        }
    }
}
