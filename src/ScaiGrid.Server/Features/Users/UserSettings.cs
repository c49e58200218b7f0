using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary>Checks of what an admin says about a person.</summary>
internal static class UserSettings
{
    public const int MaxRate = 1_000_000;

    public static void Check(string? email, string? name, string? password, int? rate, List<Fault> faults)
    {
        if (email is not null && (email.Length is < 3 or > 320 || email.IndexOf('@') < 1 || email.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))))
        {
            faults.Add(new("email", "must be an email address of at most 320 characters"));
        }

        if (name is not null && name.Trim().Length is 0 or > 200)
        {
            faults.Add(new("name", "must have 1 to 200 characters"));
        }

        if (password is not null && password.Length is < Passwords.MinLength or > Passwords.MaxLength)
        {
            faults.Add(new("password", $"must have {Passwords.MinLength} to {Passwords.MaxLength} characters"));
        }

        if (rate is < 0 or > MaxRate)
        {
            faults.Add(new("rate_limit", $"must be from 0 (unlimited) to {MaxRate}"));
        }
    }
}
