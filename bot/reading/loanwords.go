package reading

// loanwords spells katakana in English where it consists of words of the table
// from end to end, which is easier to recognise, and by its sound where it does
// not.
func loanwords(kana string) []string {
	var words []string
	for rest := []rune(kana); len(rest) > 0; {
		word, n := known(rest)
		if n == 0 {
			return []string{written(kana)}
		}
		words, rest = append(words, word), rest[n:]
	}
	return words
}

// known returns the longest word of the table that s begins with, and its
// length; 0 when there is none.
func known(s []rune) (word string, n int) {
	for n := min(len(s), longestWord); n > 0; n-- {
		if word, ok := english[string(s[:n])]; ok {
			return word, n
		}
	}
	return "", 0
}

const longestWord = 9

var english = spelled(`
	サーバー server  サーバ server  データベース database  データ data  エラー error
	ログイン login  ログ log  ログアウト logout  ネットワーク network  タイムアウト timeout
	メモリー memory  メモリ memory  ディスク disk  ユーザー user  ユーザ user
	アクセス access  リリース release  デプロイ deploy  バッチ batch  キュー queue
	キャッシュ cache  メール mail  カート cart  アプリ app  システム system
	サービス service  サイト site  ページ page  トップ top  ストレージ storage
	クラスター cluster  クラスタ cluster  ノード node  ドメイン domain  パスワード password
	ファイル file  アラート alert  レイテンシ latency  レスポンス response  リクエスト request
	ジョブ job  ボタン button  セキュリティ security  ウイルス virus  クラウド cloud
	クレジットカード creditcard  カード card  ダウン down  ダウンロード download  アップ up
	アップロード upload  ロード load  リセット reset  レプリケーション replication  ブロック block
	コード code  フォーム form  プッシュ push  リージョン region  ポイント point  クーポン coupon
	フェイルオーバー failover  タイムゾーン timezone  マイナス minus  インスタンス instance
	コンテナ container  バックアップ backup  クエリ query  グレード grade
`)
