#include "store/postgresql_url.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

using namespace waymark::tracker;

namespace {

using Ports = std::vector<std::uint16_t>;

StoreReach reach_of(const char* url) {
    return PostgresqlUrl(url).reach();
}

bool has_file(const StoreReach& reach, const char* path) {
    return std::ranges::count(reach.files, path) == 1;
}

// A variable of the environment, for one case.
class Variable {
  public:
    Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
    ~Variable() { ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    const char* name_;
};

}  // namespace

TEST_CASE("a location is shown without its password") {
    CHECK(url_without_password("postgresql://ada:secret@db.example:5433/way?sslmode=require") ==
          "postgresql://ada@db.example:5433/way");
    CHECK(url_without_password("postgres://ada@a,b/way?password=secret") ==
          "postgresql://ada@a,b/way");
    CHECK(url_without_password("postgresql:///way?host=/run/postgresql&user=ada&password=x") ==
          "postgresql://ada@/way?host=/run/postgresql");
    CHECK(url_without_password("postgresql://ada:x@/way?host=/run/postgresql&port=5433") ==
          "postgresql://ada@/way?host=/run/postgresql&port=5433");
    CHECK(url_without_password("postgresql://ada:x@a:1,b:2/way") == "postgresql://ada@a:1,b:2/way");
    CHECK(url_without_password("postgresql://a,b:2/way") == "postgresql://a,b:2/way");
    CHECK(url_without_password("postgresql://a,b/way?port=7") == "postgresql://a:7,b:7/way");
    CHECK(url_without_password("postgresql://[::1]:1/way") == "postgresql://[::1]:1/way");
    CHECK(url_without_password("postgresql://ada:secret@[db") == "postgresql://...");
}

TEST_CASE("a password is seen wherever libpq would") {
    for (const char* const url :
         {"postgresql://u:p@h/d", "postgresql://h/d?user=u&password=p", "postgresql://:p@h/d",
          "postgresql://h/d?pass%77ord=p", "postgresql://h/d?sslpassword=p"})
        CHECK_MESSAGE(PostgresqlUrl(url).has_password(), url);
    for (const char* const url : {"postgresql://u@h/d", "postgresql://u:@h/d",
                                  "postgresql://h/d?passfile=/etc/p", "postgresql://h/password=d"})
        CHECK_MESSAGE(!PostgresqlUrl(url).has_password(), url);
}

TEST_CASE("several hosts are those that libpq would try") {
    for (const char* const url : {"postgresql://a,b/d", "postgresql://a:1,b:2/d",
                                  "postgresql:///d?host=a,b", "postgresql://a/d?hostaddr=::1,::2"})
        CHECK_MESSAGE(PostgresqlUrl(url).has_several_hosts(), url);
    for (const char* const url : {"postgresql://a/d", "postgresql://u:p,q@a/d",
                                  "postgresql://a/d,e", "postgresql://a/d?options=-c%20x=1,2"})
        CHECK_MESSAGE(!PostgresqlUrl(url).has_several_hosts(), url);
    const Variable hosts("PGHOST", "a,b");
    CHECK(PostgresqlUrl("postgresql:///d").has_several_hosts());
    CHECK_FALSE(PostgresqlUrl("postgresql://a/d").has_several_hosts());
}

TEST_CASE("what libpq will open and call for a URL") {
    const StoreReach one = reach_of("postgresql://h/d?passfile=/etc/p&sslrootcert=system");
    CHECK(has_file(one, "/etc/p"));
    CHECK_FALSE(has_file(one, "system"));
    CHECK(reach_of("postgresql://a:5433,b/d").ports == Ports{5433, 5432});
    CHECK(reach_of("postgresql://h/d").ports == Ports{5432});
    CHECK(reach_of("postgresql:///d?host=a,b&port=7,8").ports == Ports{7, 8});
    CHECK(has_file(reach_of("postgresql://h/d?sslcrldir=/etc/c"), "/etc/c"));
}

TEST_CASE("what libpq takes from the environment is within reach, but not where the URL says it") {
    const Variable port("PGPORT", "5499"), authority("PGSSLROOTCERT", "/etc/authority.pem"),
        services("PGSERVICEFILE", "/etc/services.conf");
    const StoreReach reach = reach_of("postgresql://h/d");
    CHECK(reach.ports == Ports{5499});
    CHECK(has_file(reach, "/etc/authority.pem"));
    CHECK(has_file(reach, "/etc/services.conf"));
    CHECK(reach_of("postgresql://h:5433/d").ports == Ports{5433});
    CHECK_FALSE(has_file(reach_of("postgresql://h/d?sslrootcert=/own"), "/etc/authority.pem"));
}

TEST_CASE("what libpq does not take has nothing") {
    const PostgresqlUrl url("postgresql://ada:secret@[db");
    CHECK_FALSE(url.is_readable());
    CHECK(url.value("password").empty());
    CHECK_FALSE(url.has_password());
    CHECK(PostgresqlUrl("postgresql://db").is_readable());
}
