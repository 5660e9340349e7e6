package incident

// known returns the Latin form of the longest word of the table that s begins
// with, and its length in runes; 0 when there is none.
func known(s []rune) (word string, n int) {
	for n := min(len(s), longestWord); n > 0; n-- {
		if word, ok := vocabulary[string(s[:n])]; ok {
			return word, n
		}
	}
	return "", 0
}

const longestWord = 8

// vocabulary holds words that titles of incidents are made of: kanji as they
// are read, with long vowels counted once, and loanwords as they are spelled
// in English, which is easier to recognise than their kana. A line is added
// whenever somebody misses a word.
var vocabulary = spelled(`
	障害 shogai     故障 kosho      停止 teishi     停電 teiden     遅延 chien      応答 oto
	接続 setsuzoku  切断 setsudan   認証 ninsho     認可 ninka      検索 kensaku    注文 chumon
	決済 kessai     支払 shiharai   請求 seikyu     課金 kakin      返金 henkin     購入 konyu
	商品 shohin     在庫 zaiko      配送 haiso      出荷 shukka     顧客 kokyaku    会員 kaiin
	登録 toroku     更新 koshin     削除 sakujo     画面 gamen      管理 kanri      通知 tsuchi
	送信 soshin     受信 jushin     配信 haishin    本番 honban     開発 kaihatsu   検証 kensho
	環境 kankyo     基盤 kiban      全体 zentai     一部 ichibu     機能 kino       処理 shori
	失敗 shippai    成功 seiko      異常 ijo        正常 seijo      警告 keikoku    監視 kanshi
	負荷 fuka       高騰 koto       低下 teika      増加 zoka       不足 fusoku     枯渇 kokatsu
	不可 fuka       不能 funo       不具合 fuguai   不正 fusei      攻撃 kogeki     漏洩 roei
	情報 joho       権限 kengen     証明書 shomeisho 期限 kigen     失効 shikko     切れ gire
	表示 hyoji      印刷 insatsu    予約 yoyaku     連携 renkei     同期 doki       外部 gaibu
	内部 naibu      社内 shanai     東京 tokyo      大阪 osaka      緊急 kinkyu     重大 judai
	復旧 fukkyu     対応 taio       調査 chosa      影響 eikyo      発生 hassei     多発 tahatsu
	大量 tairyo     滞留 tairyu     欠損 kesson     破損 hason      消失 shoshitsu  容量 yoryo
	通信 tsushin    回線 kaisen     電話 denwa      問い合わせ toiawase 口座 koza    振込 furikomi
	入金 nyukin     出金 shukkin    残高 zandaka    取引 torihiki   広告 kokoku     動画 doga
	画像 gazo       集計 shukei     夜間 yakan      定期 teiki      起動 kido       再起動 saikido
	遅い osoi       重い omoi       落ちた ochita   落ちる ochiru   繋がらない tsunagaranai つながらない tsunagaranai
	できない dekinai 見えない mienai 開けない akenai 動かない ugokanai 遅れ okure    漏れ more
	訓練 kunren     試験 shiken     新規 shinki     利用者 riyosha  利用 riyo       店舗 tenpo

	サーバー server   サーバ server     データベース database データ data     エラー error     ログイン login
	ログ log         ログアウト logout  ネットワーク network  タイムアウト timeout メモリー memory メモリ memory
	ディスク disk     ユーザー user     ユーザ user      アクセス access    リリース release   デプロイ deploy
	バッチ batch      キュー queue      キャッシュ cache メール mail       カート cart       アプリ app
	システム system   サービス service   サイト site      ページ page       トップ top        ストレージ storage
	クラスター cluster クラスタ cluster  ノード node      ドメイン domain   パスワード password ファイル file
	アラート alert    レイテンシ latency レスポンス response リクエスト request ジョブ job     ボタン button
	セキュリティ security ウイルス virus クラウド cloud   クレジットカード creditcard カード card ダウン down
`)
