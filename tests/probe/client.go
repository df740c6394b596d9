// SPDX-License-Identifier: MIT

// usage: client tcp|udp|udp-unconnected|name ADDRESS — Go's own way to the network, without libc:
// prints what the server says, or the addresses of a name.
//
//	client loop — for each line "tcp|udp ADDRESS" of standard input, prints the address from which
//	the server saw it, or "no".
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

func fail(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func ask(network, address string) string {
	connection, err := net.DialTimeout(network, address, 5*time.Second)
	fail(err)
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(5 * time.Second))
	if network == "tcp" {
		answer, err := io.ReadAll(connection)
		fail(err)
		return string(answer)
	}
	_, err = connection.Write([]byte("?"))
	fail(err)
	answer := make([]byte, 100)
	size, err := connection.Read(answer)
	fail(err)
	return string(answer[:size])
}

func askUnconnected(address string) string {
	to, err := net.ResolveUDPAddr("udp", address)
	fail(err)
	socket, err := net.ListenPacket("udp", ":0")
	fail(err)
	socket.SetDeadline(time.Now().Add(5 * time.Second))
	_, err = socket.WriteTo([]byte("?"), to)
	fail(err)
	answer := make([]byte, 100)
	size, _, err := socket.ReadFrom(answer)
	fail(err)
	return string(answer[:size])
}

// try is ask without an end of the program: the address from which the server saw us, or "no".
func try(network, address string) string {
	connection, err := net.DialTimeout(network, address, 2*time.Second)
	if err != nil {
		return "no"
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(2 * time.Second))
	connection.Write([]byte("?"))
	answer := make([]byte, 100)
	size, err := connection.Read(answer)
	words := strings.Fields(string(answer[:size]))
	if err != nil || len(words) < 2 {
		return "no"
	}
	return words[1]
}

func loop() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		fmt.Println(try(words[0], words[1]))
	}
}

func main() {
	switch os.Args[1] {
	case "loop":
		loop()
	case "name":
		addresses, err := net.LookupHost(os.Args[2])
		fail(err)
		fmt.Println(strings.Join(addresses, " "))
	case "udp-unconnected":
		fmt.Print(askUnconnected(os.Args[2]))
	default:
		fmt.Print(ask(os.Args[1], os.Args[2]))
	}
}
