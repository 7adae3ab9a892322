// Write this. children.start(function) forks: the child runs the function and ends with what it
// gives. After that there are two processes, and each has all descriptors.
//
//   The child: closes its copies of the listener's (listener.close()), then runs serve(socket, peer)
//   with the client's socket and peer; what it gives is the exit status.
//   The parent: client.socket is closed and owns nothing. The listener stays as it is. It does not
//   wait, and gives the child's number.
//   Where fork(2) fails start() throws: that goes to the caller as it is, and client.socket is as
//   it was.
//
// Nobody calls shutdown(2), and no option of a socket is changed.
pid_t serve_in_child(daemon::Children&, Listener&, AcceptResult&, const ServeClient&) {
    return -1;
}
