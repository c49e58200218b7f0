using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ScaiGrid.Server.Features.Tenancy;

/// <summary>Hashes passwords and client secrets as ASP.NET Identity does: salted PBKDF2, with its own version in front.</summary>
internal static class Passwords
{
    public const int MinLength = 8, MaxLength = 256;

    private static readonly PasswordHasher<User> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = 100_000 }));

    public static string HashOf(string password) => Hasher.HashPassword(null!, password); // the user is not looked at

    public static bool Matches(string? hash, string password) =>
        hash is not null && Hasher.VerifyHashedPassword(null!, hash, password) != PasswordVerificationResult.Failed;
}
