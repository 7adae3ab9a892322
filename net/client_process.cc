#include "net/client_process.hh"

#include <utility>

namespace waymark::net {

//#region exercise-09
pid_t serve_in_child(daemon::Children& children, Listener& listener, AcceptResult& client,
                     const ServeClient& serve) {
    const pid_t pid = children.start([&] {
        listener.close();
        return serve(std::move(client.socket), client.peer);
    });
    client.socket.reset();  // or the client hears no end, when the child has hung up
    return pid;
}
//#endregion exercise-09

}  // namespace waymark::net
