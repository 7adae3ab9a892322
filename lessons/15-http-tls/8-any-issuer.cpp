// A server asks its clients for a certificate, and takes the name in it. Anybody can be an
// authority and write certificates with any name. Wrong: a certificate must be there, and that is
// all that is asked. Right: one that my own authority has signed, and that is refused before a byte
// is read.
//
// Look at: who has signed the certificate of the second client, and what each server calls him.

#include <openssl/ssl.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <memory>

#include "daemon/folder_under_test.hh"
#include "net/certificate.hh"
#include "net/tls_context.hh"
#include "net/tls_socket.hh"
#include "web.hh"

using namespace waymark::demo;
using namespace waymark::net;
using waymark::daemon::Deadline;

namespace {

constexpr std::chrono::seconds kPatience{10};

// An authority, and its certificates as files.
class Authority {
  public:
    explicit Authority(const char* name) : own_(make_certificate(authority_of(name), nullptr)) {
        write("authority.pem", own_.certificate);
    }
    std::string file() const { return folder_.file("authority.pem"); }
    TlsIdentity sign(const CertificateRequest& request) const {
        const Credential made = make_certificate(request, &own_);
        return {write(request.common_name + ".pem", made.certificate),
                write(request.common_name + ".key", made.key)};
    }

  private:
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_.file(name)) << text;
        ::chmod(folder_.file(name).c_str(), 0600);
        return folder_.file(name);
    }

    waymark::daemon::TemporaryFolder folder_;
    Credential own_;
};

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Context server_context(const TlsIdentity& own) {
    Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    SSL_CTX_use_certificate_chain_file(context.get(), own.chain_file.c_str());
    SSL_CTX_use_PrivateKey_file(context.get(), own.key_file.c_str(), SSL_FILETYPE_PEM);
    return context;
}

//#region any-issuer
std::string any_issuer(const TlsIdentity& own, const Fd& socket) {
    const Context context = server_context(own);
    constexpr int kMust = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    const auto verified = [](int, X509_STORE_CTX*) { return 1; };  //@ 1
    SSL_CTX_set_verify(context.get(), kMust, verified);            //@ 1
    const Session tls(SSL_new(context.get()), SSL_free);
    SSL_set_fd(tls.get(), socket.get());
    if (SSL_accept(tls.get()) != 1) return "refused";
    const Certificate peer(SSL_get1_peer_certificate(tls.get()), X509_free);
    return "hello " + read_peer(peer.get()).common_name;  //@ 2
}
//#endregion any-issuer

//#region my-issuer
std::string my_issuer(const TlsServerContext& context, Fd socket) {
    TlsSocket peer(std::move(socket), context.accept());
    if (peer.handshake(Deadline::after(kPatience)) != IoStatus::done)  //@ 2
        return "refused\n      " + peer.reason().words;                //@ 2
    return "hello " + peer.peer()->common_name;
}

TlsServerOptions options_of(const TlsIdentity& own, const std::string& authority) {
    return {.identity = own, .client_authorities = authority};  //@ 1
}
//#endregion my-issuer

using Server = std::function<std::string(Fd)>;

// The client is a child; what it hears is of no interest here.
void visit(const char* who, const TlsClientOptions& options, const Server& server) {
    waymark::daemon::Children children;
    waymark::daemon::SocketPair pair = waymark::daemon::make_socket_pair(SOCK_STREAM);
    children.start([&] {
        pair.first.reset();
        const TlsClientContext context(options);
        TlsSocket client(std::move(pair.second), context.connect("tracker.example"));
        client.handshake(Deadline::after(kPatience));
        std::byte byte[1];
        client.read_some(byte, Deadline::after(kPatience));
        return 0;
    });
    pair.second.reset();
    fmt::print("   {:<25} {}\n", who, server(std::move(pair.first)));
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const Authority mine("My Authority"), other("Mallory's Authority");
    const TlsIdentity own = mine.sign(server_of({"tracker.example"}));
    const TlsClientOptions ann{mine.file(), mine.sign(client_of("ann"))};
    const TlsClientOptions mallory{mine.file(), other.sign(client_of("ann"))};
    const TlsClientOptions nobody{mine.file(), {}};

    const auto all = [&](const Server& server) {
        visit("ann, signed by me:", ann, server);
        visit("ann, signed by Mallory:", mallory, server);
        visit("without a certificate:", nobody, server);
    };
    fmt::print("1. a certificate must be there\n");
    all([&](const Fd& socket) { return any_issuer(own, socket); });
    fmt::print("2. a certificate of my authority\n");
    const TlsServerContext context(options_of(own, mine.file()));
    all([&](Fd socket) { return my_issuer(context, std::move(socket)); });
}
