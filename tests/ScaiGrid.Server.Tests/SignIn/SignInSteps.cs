using System.Net.Http.Headers;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.SignIn;

/// <summary>People who sign in, for any test that needs a real access token.</summary>
internal static class SignInSteps
{
    public const string Password = "correct horse";

    private static readonly Lazy<string> Hash = new(() => Passwords.HashOf(Password));

    extension(World world)
    {
        /// <summary>A person with the password <see cref="Password"/>.</summary>
        /// <param name="tenant">Null for a super admin of the platform.</param>
        public async Task<User> NewPersonAsync(Tenant? tenant, params string[] roles) =>
            (await world.NewCallerAsync(tenant, roles, user: u => u.PasswordHash = Hash.Value)).User;

        /// <summary>A client that bears the access token of a person who signed in on the page.</summary>
        public async Task<HttpClient> SignedInAsync(User user)
        {
            using var browser = new Browser(world.Server);
            return world.Server.ClientWith((await browser.TokensAsync(user.Email, Password)).Text("access_token")!);
        }
    }

    extension(TestTenant tenant)
    {
        /// <summary>As <c>AsAsync</c>, with an access token instead of an API key.</summary>
        public async Task<HttpClient> AsPersonAsync(params string[] roles) =>
            await tenant.World.SignedInAsync(await tenant.World.NewPersonAsync(tenant.Tenant, roles));
    }

    extension(TestServer server)
    {
        public HttpClient ClientWith(string token)
        {
            var http = server.CreateClient();
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return http;
        }

        public async Task ChangeAsync(User user, Action<User> change) => await server.WithDbAsync(async db =>
        {
            change(await db.Users.SingleAsync(u => u.Id == user.Id));
            return await db.SaveChangesAsync();
        });
    }
}
