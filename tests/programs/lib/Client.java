// SPDX-License-Identifier: MIT

import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** What an entry's Java program does: pages by two ways, a datagram, and then it listens on port 8080. */
public class Client {
	public static void main(String[] args) throws Exception {
		HttpURLConnection page = (HttpURLConnection) new URL("http://www.site.test/ip").openConnection();
		System.out.print(new String(page.getInputStream().readAllBytes()));
		try (SocketChannel stream = SocketChannel.open(new InetSocketAddress("192.0.2.2", 80))) {
			stream.write(ByteBuffer.wrap("GET /ip HTTP/1.0\r\n\r\n".getBytes()));
			String answer = new String(stream.socket().getInputStream().readAllBytes());
			System.out.print(answer.substring(answer.indexOf("\r\n\r\n") + 4));
		}
		try (DatagramChannel datagrams = DatagramChannel.open()) {
			datagrams.send(ByteBuffer.wrap("x".getBytes()), new InetSocketAddress("192.0.2.1", 7002));
			ByteBuffer answer = ByteBuffer.allocate(100);
			datagrams.receive(answer);
			System.out.print(new String(answer.array(), 0, answer.position()));
		}
		System.out.flush();
		ServerSocketChannel.open().bind(new InetSocketAddress(8080)).accept();
		Thread.sleep(60000);
	}
}
