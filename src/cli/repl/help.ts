/** What `help` prints. */
export const helpText = `[get|post|put|patch|delete] /route name=text name:=JSON …   makes a request; get may be left out
[get|post|put|patch|delete] /route { name: "text" }         the same with an object
auth CARD PASSWORD [GPASSWORD]                              logs in, and makes requests as this user
auth TOKEN                                                  makes requests with this token
auth                                                        says who you are
logout                                                      ends the session
server URL                                                  sends requests to another gateway
server local                                                sends them to the gateway in here again
help                                                        prints this

Values go into the query of GET and DELETE, into the body of the others. Tab completes, Ctrl-C gives up on a request,
Ctrl-D ends.`
