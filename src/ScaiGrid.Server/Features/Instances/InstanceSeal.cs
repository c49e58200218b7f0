using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Server.Features.Instances;

/// <summary>Encrypts what instances remember.</summary>
internal sealed class InstanceSeal(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("instance.memory");

    /// <returns>The memory sealed, and its size in the clear.</returns>
    public (byte[] Sealed, int Size) Seal(Value memory)
    {
        var json = Encoding.UTF8.GetBytes(memory.ToJson());
        return (_protector.Protect(json), json.Length);
    }

    /// <returns>An empty object where there is no memory; null when the key that sealed it is gone.</returns>
    public Value? Open(byte[]? memory)
    {
        try
        {
            return memory is null ? Value.EmptyObject : Value.FromJson(Encoding.UTF8.GetString(_protector.Unprotect(memory)));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
